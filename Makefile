# make demo: installs what is missing, builds, and runs the whole way on the built-in phantom → demo/report.html
# make test: installs what is missing, builds, and runs the tests

STYLET := .build/release/stylet

.PHONY: all deps build demo test format clean

all: build

deps:
	@Scripts/install-dependencies

build: deps
	swift build -c release --product stylet

demo: build
	@mkdir -p demo
	$(STYLET) scene run SimScenes/lumbar-screws.yaml --out demo --report demo/report.html

# Optimised: unoptimised kernels are a hundred times slower and hide races.
test: deps
	Scripts/run-tests

format:
	swift format -i -r --configuration .swift-format Sources Tests Package.swift

clean:
	rm -rf .build demo
