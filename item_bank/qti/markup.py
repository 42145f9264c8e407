"""The names of HTML and MathML that may stand in an item; all others are refused or left out."""

from collections.abc import Mapping
from types import MappingProxyType

from item_bank.qti.reading import names

HTML = names(
    """
    a abbr acronym address article aside audio b bdi bdo big blockquote br caption cite code
    col colgroup dd del details dfn div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6
    header hr i img ins kbd label li main mark nav object ol p param picture pre q rb rbc rp
    rt rtc ruby s samp section small source span strong sub summary sup table tbody td tfoot
    th thead time tr track tt u ul var video wbr
    """
)
"""What QTI takes from HTML; anything else is refused."""

HTML_ATTRIBUTES = names(
    """
    abbr alt cite class colspan controls data datetime dir headers height href hreflang id
    kind label lang media name preload reversed role rowspan scope span src srclang start
    title type value width
    """
)
"""What is kept, with all of ``aria-*`` and ``data-qti-*``. Others could be anything, a key too."""

MATHML = names(
    """
    math merror mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow ms mspace
    msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover none semantics
    """
)
"""What browsers draw of MathML, without what acts (``maction``) and what is not drawn."""

MATHML_TEXTS = names("mi mn mo ms mtext")
"""The elements of a formula that hold text."""

MATHML_PARTS: Mapping[str, int] = MappingProxyType(
    {
        "mfrac": 2,
        "mroot": 2,
        "msub": 2,
        "msup": 2,
        "munder": 2,
        "mover": 2,
        "msubsup": 3,
        "munderover": 3,
    }
)
"""How many parts an element of a formula has; with another number it is not drawn as meant."""

MATHML_ATTRIBUTES = names(
    """
    accent accentunder align alttext bevelled class close columnalign columnlines columnspacing
    columnspan depth dir display displaystyle encoding equalcolumns equalrows fence form
    frame framespacing groupalign height id indentalign largeop linethickness lspace
    mathcolor mathsize mathvariant maxsize minsize movablelimits notation numalign
    denomalign open rowalign rowlines rowspacing rowspan rspace scriptlevel separator
    separators stretchy subscriptshift superscriptshift symmetric voffset width type base
    """
)
