"""Two calibrations on one scale: theta_to = A theta_from + B, from the items both forms hold.

======================  ==========================================================================
A and B                 `link` (mean-mean, mean-gmean, mean-sigma, Haebara, Stocking-Lord), with
                        standard errors from the calibrations' covariances (`item_covariance`)
several links           `chain`, `Link.inverse`
carrying over           `Link.theta`, `rescale_items`
which anchors changed   `anchor_drift` (robust z, displacement, removal)
======================  ==========================================================================

Anchors are the items with the same name on both forms.  Conversion of raw scores is `equating`.
"""

from psychometrics.linking.chains import chain
from psychometrics.linking.covariance import item_covariance
from psychometrics.linking.drift import AnchorDrift, anchor_drift
from psychometrics.linking.linked import Method, link
from psychometrics.linking.rescaling import rescale_items
from psychometrics.linking.result import Link, LinkFlag, Source

__all__ = [
    "AnchorDrift",
    "Link",
    "LinkFlag",
    "Method",
    "Source",
    "anchor_drift",
    "chain",
    "item_covariance",
    "link",
    "rescale_items",
]
