# Sourced by .ci/run: provides a Docker engine and an image with Azurite, without pulling anything.
#
# The engine: the one that answers, or a new dockerd from Debian's docker.io (needs root to install and start it).
# The image: FROM scratch, with the Node.js from npm, the shared libraries it needs, `env`, and the pinned azurite.
#
# Sets DOCKER_HOST (if it started the engine), TESTCONTAINERS_RYUK_DISABLED and SAME_KIT_TEST_AZURITE_IMAGE.

DOCKER_FOLDER=$(mktemp -d "${TMPDIR:-/tmp}/same-kit-docker-XXXXXX")
export TESTCONTAINERS_RYUK_DISABLED=true
export SAME_KIT_TEST_AZURITE_IMAGE=same-kit-azurite:test

stop_docker() {
  if [ -f "$DOCKER_FOLDER/dockerd.pid" ]; then
    docker ps --all --quiet | xargs --no-run-if-empty docker rm --force >/dev/null 2>&1 || true
    local pid
    pid=$(cat "$DOCKER_FOLDER/dockerd.pid")
    kill "$pid" 2>/dev/null || true
    for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
  fi
  rm -rf "$DOCKER_FOLDER"
}
trap stop_docker EXIT

start_docker() {
  if docker info >/dev/null 2>&1; then return; fi
  if ! command -v dockerd >/dev/null; then
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends docker.io >/dev/null
  fi
  export DOCKER_HOST="unix://$DOCKER_FOLDER/docker.sock"
  dockerd --host "$DOCKER_HOST" --data-root "$DOCKER_FOLDER/data" --exec-root "$DOCKER_FOLDER/exec" \
    --pidfile "$DOCKER_FOLDER/dockerd.pid" >"$DOCKER_FOLDER/dockerd.log" 2>&1 &
  for _ in $(seq 300); do
    if docker info >/dev/null 2>&1; then return; fi
    sleep 0.1
  done
  echo "dockerd does not answer. It printed:" >&2
  tail -20 "$DOCKER_FOLDER/dockerd.log" >&2
  return 1
}

# Copies the program and every shared library that it needs, at the same paths.
copy_program() {
  local program=$1 target=$2 library
  mkdir -p "$(dirname "$DOCKER_FOLDER/image/root$target")"
  cp -L "$program" "$DOCKER_FOLDER/image/root$target"
  for library in $(ldd "$program" | grep -o '/[^ ]*'); do
    mkdir -p "$(dirname "$DOCKER_FOLDER/image/root$library")"
    cp -L "$library" "$DOCKER_FOLDER/image/root$library"
  done
}

build_image() {
  local azurite runtime folder="$DOCKER_FOLDER/npm"
  azurite=$(sed -n 's/.*"azurite": "\([0-9.]*\)".*/azurite@\1/p' package.json)
  runtime=$(sed -n 's/.*"linux-'"$(uname -m | sed 's/x86_64/x64/; s/aarch64/arm64/')"'": "\(.*\)".*/\1/p' scripts/runtime.cjs)
  mkdir -p "$folder" "$DOCKER_FOLDER/image/root/bin" "$DOCKER_FOLDER/image/root/data" "$DOCKER_FOLDER/image/root/tmp"
  npm install --prefix "$folder" --ignore-scripts --no-audit --no-fund --prefer-offline --loglevel error \
    "$azurite" "$runtime" >/dev/null
  copy_program "$folder/node_modules/${runtime%@*}/bin/node" /bin/node
  copy_program "$(command -v env)" /usr/bin/env
  rm -rf "$folder/node_modules/${runtime%@*}" "$folder/node_modules/.bin"
  mv "$folder/node_modules" "$DOCKER_FOLDER/image/root/node_modules"
  # On the path, as in Microsoft's image; its first line calls `env node`.
  ln -s /node_modules/azurite/dist/src/azurite.js "$DOCKER_FOLDER/image/root/bin/azurite"
  chmod +x "$DOCKER_FOLDER/image/root/node_modules/azurite/dist/src/azurite.js"
  cat >"$DOCKER_FOLDER/image/Dockerfile" <<'END'
FROM scratch
COPY root /
ENV PATH=/bin
WORKDIR /data
EXPOSE 10000 10001 10002
CMD ["azurite", "--blobHost", "0.0.0.0", "--queueHost", "0.0.0.0", "--tableHost", "0.0.0.0"]
END
  docker build --quiet --tag "$SAME_KIT_TEST_AZURITE_IMAGE" "$DOCKER_FOLDER/image" >/dev/null
  rm -rf "$DOCKER_FOLDER/image" "$folder"
}

start_docker
build_image
