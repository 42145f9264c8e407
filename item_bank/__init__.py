"""The item bank: from a writer's draft to a version that a form may pin.

Where things are: ``framework`` (the tree that items are tagged against), ``items`` (content, the
candidate's view, scoring), ``lifecycle`` (states and moves), ``checks`` and ``similarity`` (what
software can see in an item), ``qti`` (items as QTI 3 files and packages), ``formats`` (files of
other systems), ``media`` (what items show). These are pure, but for the directories of
``qti.packages.directory`` and ``media.store``. ``tables``, ``queries`` and ``service`` keep the
bank in a database; all changes go through ``service.ItemBank``.
"""
