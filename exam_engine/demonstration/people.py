"""The people of the demonstration.  Their passwords are public, so they exist nowhere else."""

from dataclasses import dataclass

from exam_engine.accounts.roles import Role

PASSWORD = "try-the-exam-2026"  # noqa: S105 - printed on the sign-in page of the demonstration


@dataclass(frozen=True, slots=True)
class DemoPerson:
    name: str
    email: str
    roles: tuple[Role, ...]
    comes_for: str


STAFF = (
    DemoPerson("Wren Ito", "writer@example.org", (Role.ITEM_WRITER,), "the question bank"),
    DemoPerson("Remy Okafor", "reviewer@example.org", (Role.REVIEWER,), "reviews"),
    DemoPerson("Bela Novak", "bank@example.org", (Role.BANK_MANAGER,), "the question bank"),
    DemoPerson("Sol Marin", "psychometrician@example.org", (Role.PSYCHOMETRICIAN,), "calibration"),
    *(
        DemoPerson(name, f"judge{number}@example.org", (Role.JUDGE,), "panels on passing scores")
        for number, name in enumerate(("Ada Bergstrom", "Bo Tanaka", "Cleo Adeyemi"), 1)
    ),
    DemoPerson("Kit Larsen", "proctor@example.org", (Role.PROCTOR,), "the room, live"),
    DemoPerson("Noor Haddad", "manager@example.org", (Role.MANAGER,), "rooms, releases"),
)
CANDIDATE = DemoPerson(
    "Ana Pereira", "candidate@example.org", (Role.CANDIDATE,), "sit the exam at once"
)
ROOM = tuple(
    DemoPerson(name, f"candidate{number}@example.org", (Role.CANDIDATE,), "sit it in the room")
    for number, name in enumerate(
        (
            "Amara Diallo",
            "Ben Castillo",
            "Chen Wei",
            "Dana Whitehorse",
            "Elif Demir",
            "Farid Rahimi",
            "Grace Kim",
            "Hugo Lindqvist",
            "Ines Moreau",
            "Jamal Carter",
        ),
        1,
    )
)
SIMULATED = tuple(
    DemoPerson(
        f"Simulated Candidate {number:02}",
        f"simulated{number:02}@example.org",
        (Role.CANDIDATE,),
        "a result that is held",
    )
    for number in range(1, 25)
)
"""They sat the beta form; nobody is behind them, but anybody may sign in as one of them."""
EVERYBODY = (CANDIDATE, *ROOM, *STAFF, SIMULATED[0])
