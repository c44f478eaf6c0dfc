# Sourced by .ci/run: makes sure of a Chromium for the tests that open pages; Debian's, where there is none (root needed).

if ! command -v chromium >/dev/null && [ -z "${SAME_KIT_TEST_CHROMIUM:-}" ]; then
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null
fi
