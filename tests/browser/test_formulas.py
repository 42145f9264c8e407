"""Formulas in Chromium: drawn in two dimensions, read in words, at home on a narrow screen."""

from playwright.async_api import expect

from exam_engine.accounts.roles import Role
from item_bank.formats.moodle import read_moodle
from tests.browser.accessibility import faults_of
from tests.browser.answering.touches import open_sample, score_of
from tests.browser.conftest import Visit
from tests.browser.seeding import House
from tests.item_bank.qti.sample_parts import Sample

MOODLE = rb"""<quiz><question type="multichoice"><name><text>Roots</text></name>
<questiontext format="html"><text>&lt;p&gt;Given is
\[ \sum_{i=1}^{n} x_i = \frac{a_1 + a_2 + a_3 + a_4 + a_5 + a_6 + a_7 + a_8}{\sqrt{b_1 + b_2}} +
c_1 + c_2 + c_3 + c_4 + c_5 + c_6 + c_7 + c_8 + c_9 \]&lt;/p&gt;
&lt;p&gt;What is \(\frac{1}{4}\) of \(x^2\)?&lt;/p&gt;</text></questiontext>
<answer fraction="100" format="html"><text>\(\frac{x^2}{4}\)</text></answer>
<answer fraction="0" format="html"><text>\(\sqrt{4x}\)</text></answer></question></quiz>"""

ABOVE = """(fraction) => {
  const [above, below] = [...fraction.children].map((part) => part.getBoundingClientRect());
  return above.height > 0 && above.bottom <= below.top + 1;
}"""


async def test_tex_of_moodle_is_drawn_read_and_answered(house: House, visit: Visit) -> None:
    [item] = read_moodle(MOODLE).items
    page = await visit(house, await house.person(Role.ITEM_WRITER))
    await open_sample(page, Sample(item.xml, {}, {}))
    fractions = page.locator("mfrac")
    await expect(fractions).to_have_count(3)
    for fraction in await fractions.all():
        assert await fraction.evaluate(ABOVE)
    await expect(page.get_by_role("math", name="1/4", exact=True)).to_be_visible()
    await page.get_by_role("radio", name="(x^2)/4").check()
    assert await faults_of(page, "formulas") == []
    assert await score_of(page) == "1"
