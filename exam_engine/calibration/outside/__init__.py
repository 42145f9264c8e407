"""Answers that were given elsewhere: from a file to a past administration of a published form.

- pure: `findings` (what is amiss, by place), `sheets` (CSV, workbook or Parquet as rows),
  `questions` (what the form asks), `layout` (which column is what), `cells` (what a cell says),
  `administrations` and `reading` (all of it: counts and answers), `preview` (what people see
  before they accept)
- `waiting`: files of an upload that waits for a decision, an hour at most
- `queries`, `service`: the form's questions, the data sets, accepting

No identifier of a candidate leaves `reading`: rows are kept in the order of the file, with counts
and answers alone.  `process` is what the process of one file does.
"""
