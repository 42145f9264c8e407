"""Packages of items: a manifest, a file an item, and what belongs to them.

``directory`` reads and writes the packages that the product brings along. Packages of others are
zip files: ``reading`` reads one whole, ``writing`` makes one, ``losses`` compares the two.
``archive`` opens a zip file so that it does no harm, ``manifest`` and ``metadata`` are what it says
of itself, ``inventory`` compares this with what is there, ``item_files`` makes one item of its
files (``media_files``, ``references``, ``stimuli``), ``naming`` gives it a code, ``canvas_files``
reads QTI 1.2, ``assessment_tests`` the structure of exams,
``statistics`` the usage data of items, ``notes`` collects findings.
"""

from item_bank.qti.packages.assessment_tests import AssessmentTest
from item_bank.qti.packages.directory import Package, PackagedItem, read_package, write_package
from item_bank.qti.packages.losses import Loss, losses
from item_bank.qti.packages.manifest import MANIFEST
from item_bank.qti.packages.reading import PackageReading, read_zip
from item_bank.qti.packages.statistics import Statistic, Target
from item_bank.qti.packages.stimuli import Stimulus
from item_bank.qti.packages.writing import OutgoingItem, write_zip

__all__ = [
    "MANIFEST",
    "AssessmentTest",
    "Loss",
    "OutgoingItem",
    "Package",
    "PackageReading",
    "PackagedItem",
    "Statistic",
    "Stimulus",
    "Target",
    "losses",
    "read_package",
    "read_zip",
    "write_package",
    "write_zip",
]
