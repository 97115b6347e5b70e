# Each target is a step of ./run, which makes the environment when it has to.
.PHONY: help setup run test check soak scan bench clean

help:
	@echo "make run     install what is needed and serve the product (HOST, PORT)"
	@echo "make test    everything that the tests need, then all tests"
	@echo "make check   what CI runs: format, lint, types, import contract, tests"
	@echo "make soak    the long tests"
	@echo "make scan    scanners against the caged product (TOOLS, EXAMPLES): docs/scanning.md"
	@echo "make bench   what the pages cost beside their floor (SIZE=small|tenth|full, ENGINE=postgresql, MEMORY=1, AGAINST, JSON)"
	@echo "make setup   the environment for development, without running anything"
	@echo "make clean   remove what the build made; keeps the instance folder"

setup:
	@./run setup-dev

run:
	@exec ./run run

test:
	@./run test

check:
	@./run check

bench:
	@exec ./run bench $(if $(SIZE),--size $(SIZE)) $(if $(ENGINE),--engine $(ENGINE)) $(if $(MEMORY),--memory) $(if $(AGAINST),--against $(AGAINST)) $(if $(JSON),--json $(JSON))

soak:
	@./run soak

scan:
	@exec ./run scan $(TOOLS) $(if $(EXAMPLES),--examples $(EXAMPLES))

clean:
	rm -rf .venv .build build dist *.egg-info kangjiansheng/core/static
	find kangjiansheng -name '*.mo' -delete
