"""What can be wrong with a file, as a sentence that tells where and what to do."""


class BadFile(ValueError):
    """A file cannot be used; the sentence names the file, the row, the column and the remedy.

    Rows are numbered as a spreadsheet shows them: the header is row 1.
    """

    code = "bad_file"


def letter(column: int) -> str:
    """A column as a spreadsheet names it: 0 is A, 26 is AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def place(path: str, row: int | None = None, column: int | None = None, name: str = "") -> str:
    """Where in a file: ``answers.csv, row 3, column C (I02)``."""
    words = [path]
    if row is not None:
        words.append(f"row {row}")
    if column is not None:
        words.append(f"column {letter(column)}" + (f" ({name})" if name else ""))
    return ", ".join(words)
