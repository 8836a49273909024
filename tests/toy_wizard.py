"""A small wizard that uses everything the engine knows, for the engine's own tests."""

from wtforms import BooleanField
from wtforms.validators import InputRequired

from forms.fields import LineField
from forms.steps import RowForm, RowsField, StepForm
from models import Staff
from workflows import attachments, engine, records


class NameForm(StepForm):
    title = "Name"
    name = LineField("Name", [InputRequired("Enter a name.")], nullable=False)
    has_friends = BooleanField("Brings friends")
    file_kind = "scan"


class FriendRow(RowForm):
    first = LineField("First name", [InputRequired("Enter a first name.")], nullable=False)
    nickname = LineField("Nickname")


class FriendsForm(StepForm):
    title = "Friends"
    friends = RowsField("Friends", FriendRow, "Friend", "Add another friend")

    @classmethod
    def applies(cls, answers):
        return answers.of("name", "has_friends", False)


class GiftForm(StepForm):
    title = "Gift"
    gift = LineField("Gift", [InputRequired("Enter a gift.")], nullable=False)

    @classmethod
    def named(cls, item):
        return f"Gift for {item}" if item else cls.title


class LastForm(StepForm):
    title = "Last"
    model = Staff
    asks = ("email",)


class Toy(engine.Workflow):
    name = "toy"
    title = "Toy"
    steps = {
        "name": NameForm,
        "friends": FriendsForm,
        "gift": engine.Each(
            lambda answers: [
                (number, row["first"])
                for number, row in enumerate(answers.of("friends", "friends", []))
            ],
            GiftForm,
        ),
        "last": LastForm,
    }

    def about(self, draft):
        return draft.answers.get("name", {}).get("name", [""])[0]

    def examine(self, page, answers, draft):
        if page.step == "name" and page.form.name.data == "Nobody":
            page.form.problem("name", "Nobody is not a name.")

    def finish(self, answers, draft):
        person = Staff(name=answers.of("name", "name"), email=answers.of("last", "email"))
        records.save(person)
        attachments.hand_over(draft, person)
        return {"id": person.id}

    def done(self, facts):
        return engine.Done("Made", links=(("Open", f"/staff/details/?id={facts['id']}"),))
