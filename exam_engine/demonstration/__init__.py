"""Everything a newcomer needs to try the engine: people, bank, exam, two sittings."""
