"""Activities by level of need: an index over which each activity's minutes and each client's levels are read alone."""


def up(migrator, db):
    migrator.migrate(
        migrator.drop_index("case_activity", "caseactivity_date"),
        migrator.add_index("case_activity", ("date", "minutes")),
        migrator.add_index(
            "needs_assessment", ("client_id", "state", "completed_on", "point", "level")
        ),
    )


def down(migrator, db):
    migrator.migrate(
        migrator.drop_index(
            "needs_assessment", "needs_assessment_client_id_state_completed_on_point_level"
        ),
        migrator.drop_index("case_activity", "case_activity_date_minutes"),
        migrator.sql('CREATE INDEX "caseactivity_date" ON "case_activity" ("date")'),
    )
