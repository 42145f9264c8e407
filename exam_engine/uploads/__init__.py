"""Files of questions on their way into the bank.

Reading a file is seconds of work on bytes from anybody, in a process where exams run. So the server
reads none itself: it keeps what arrives on disk and starts a process for it (`readers`), which has
no key of ours, gives way to everything else, and writes what it finds into the database
(`reading`). Accepting is short: it happens in the server, on a thread.
"""
