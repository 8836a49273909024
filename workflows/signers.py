"""Who may sign for the agency: staff in a role that the list of roles marks with ``can_sign`` (2.20)."""

from forms import choices
from models import Staff

ROLES = "staff-roles"


def roles():
    """Slugs of the roles that may sign, the retired ones too."""
    return [
        slug for slug in choices.slugs(ROLES) if choices.term_extra(ROLES, slug).get("can_sign")
    ]


def people():
    """A query of those who work here and may sign, by name."""
    found = Staff.select().where(Staff.role.in_(roles()), Staff.is_active)
    return found.order_by(Staff.name_sorted, Staff.id)


def may_sign(staff):
    """True for somebody who works here in such a role."""
    return bool(staff and staff.is_active and staff.role in roles())
