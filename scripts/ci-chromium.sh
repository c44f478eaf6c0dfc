# Sourced by .ci/run: provides a Chromium for the tests that open pages; installs Debian's if there is none (needs root).

if ! command -v chromium >/dev/null && [ -z "${SAME_KIT_TEST_CHROMIUM:-}" ]; then
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null
fi
