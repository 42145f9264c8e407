# `make demo` and `make test` need Python 3.11 or later and nothing else; the rest is fetched.
PYTHON = $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>&- && echo $$python && break; done)
export OPENBLAS_NUM_THREADS = 1
unexport PYTHONDONTWRITEBYTECODE # the processes of the tests would compile it all each time
PIP = .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-compile
# uv is quick, and pip knows what else this machine was told about where packages are.
install = (.venv/bin/uv pip install --quiet --python .venv/bin/python $(1) 2>/dev/null || $(PIP) $(1))
.PHONY: demo serve test check static faults evidence bench
demo serve: .venv/for-use
	.venv/bin/exam-engine $@
test: .venv/for-tests
	.venv/bin/pytest -n 3 --dist loadfile --no-loadscope-reorder
check: .venv/for-tests; @$(MAKE) --no-print-directory --jobs 2 static test
static: .venv/for-tests
	.venv/bin/ruff format --check . && .venv/bin/ruff check . && .venv/bin/lint-imports && .venv/bin/mypy
	.venv/bin/python -m tests.check_migrations && .venv/bin/python -m tests.check_javascript
faults: .venv/for-tests
	.venv/bin/pytest -m 'faults or shortened' --in-full
evidence: .venv/for-tests
	EXAM_TEST_EXAMPLES=search .venv/bin/pytest -m '' -n 2 tests/item_bank tests/psychometrics
bench: .venv/for-tests; .venv/bin/python -m benchmarks
.venv/for-use: requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later with venv is missing: install it (on Debian, python3 and python3-venv) and run make again." >&2; exit 1; }
	@echo 'Putting what it needs into .venv'; test -x .venv/bin/python || $(PYTHON) -m venv .venv
	@$(PIP) --require-hashes -r requirements-install.lock 2>/dev/null || true
	@$(call install,--require-hashes -r requirements.lock) && $(call install,--no-deps -e .) && touch $@
.venv/for-tests: .venv/for-use requirements-test.lock
	@$(call install,--require-hashes -r requirements-test.lock) && touch $@
	-@.venv/bin/python -m compileall -qq -j 0 -x '/tests?/' .venv/lib
