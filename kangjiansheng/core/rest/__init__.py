"""The interface for programs under /api/v1: declared by each feature in its `api`, answered here."""

from kangjiansheng.core.rest import pages as pages
from kangjiansheng.core.rest.acts import Act as Act
from kangjiansheng.core.rest.filling import KeyedField as KeyedField
from kangjiansheng.core.rest.filling import RowsField as RowsField
from kangjiansheng.core.rest.filling import SeveralField as SeveralField
from kangjiansheng.core.rest.reads import MOST as MOST
from kangjiansheng.core.rest.reads import asked as asked
from kangjiansheng.core.rest.reads import hands_out as hands_out
from kangjiansheng.core.rest.reads import lists as lists
from kangjiansheng.core.rest.reads import reads as reads
from kangjiansheng.core.rest.shapes import DAY as DAY
from kangjiansheng.core.rest.shapes import FILE as FILE
from kangjiansheng.core.rest.shapes import INSTANT as INSTANT
from kangjiansheng.core.rest.shapes import NAMES as NAMES
from kangjiansheng.core.rest.shapes import NUMBER as NUMBER
from kangjiansheng.core.rest.shapes import REF as REF
from kangjiansheng.core.rest.shapes import TEXT as TEXT
from kangjiansheng.core.rest.shapes import WHOLE as WHOLE
from kangjiansheng.core.rest.shapes import YES as YES
from kangjiansheng.core.rest.shapes import Given as Given
from kangjiansheng.core.rest.shapes import Shape as Shape
from kangjiansheng.core.rest.shapes import Value as Value
from kangjiansheng.core.rest.shapes import many as many
from kangjiansheng.core.rest.shapes import maybe as maybe
from kangjiansheng.core.rest.shapes import word as word
from kangjiansheng.core.rest.words import one_of as one_of
