# How a layer of pinned packages is built; each group's Makefile names its target and includes this.
# SAM runs it with ARTIFACTS_DIR set, in a copy of the group's folder.

PYTHON ?= python3.11

# Only wheels that the python3.11 runtime can load: Amazon Linux 2 has glibc 2.26, so manylinux2014
# and manylinux_2_24 it is, and a pin that has no such wheel fails here instead of in the cloud.
define build-layer
$(PYTHON) -m pip install --quiet --disable-pip-version-check --root-user-action=ignore \
	--no-deps --no-compile --only-binary=:all: \
	--implementation cp --python-version 3.11 \
	--platform manylinux2014_x86_64 --platform manylinux_2_24_x86_64 \
	--target "$(ARTIFACTS_DIR)/python" --requirement requirements.txt
rm -rf "$(ARTIFACTS_DIR)/python/bin"
$(PYTHON) -m compileall -q --invalidation-mode unchecked-hash \
	-s "$(ARTIFACTS_DIR)" -p /opt "$(ARTIFACTS_DIR)/python"
endef
