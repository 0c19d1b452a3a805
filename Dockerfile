# syntax=docker/dockerfile:1
# A container of the server alone: no shell tools beyond the base, no build tools, no client, no tests.
# It is for trying the server out and for hosts that already run confidential containers; the measured VM image is
# what a release is. Run it with a read-only root:
#   docker run --rm --read-only --cap-drop=ALL --security-opt=no-new-privileges -p 8443:8443 sotto

FROM node:22-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY . .
RUN node cli/bootstrap.mjs

FROM build AS model
RUN apt-get update && apt-get install -y --no-install-recommends python3-pip && rm -rf /var/lib/apt/lists/*
RUN node dist/cli/main.js model import --out /model

FROM build AS runtime
RUN npm prune --omit=dev --ignore-scripts \
 && find node_modules/onnxruntime-node/bin -mindepth 2 -maxdepth 2 ! -name linux -exec rm -rf {} + \
 && find node_modules/onnxruntime-node/bin -path '*/linux/*' -maxdepth 4 -mindepth 4 ! -path "*/linux/$(node -p process.arch)*" -exec rm -rf {} + \
 && mkdir /app && cp -r package.json node_modules /app/ && mkdir /app/dist \
 && cp -r dist/wire dist/attestation dist/model dist/server /app/dist/

FROM node:22-bookworm-slim
COPY --from=runtime /app /app
COPY --from=model /model /usr/share/sotto/model
WORKDIR /app
USER 65532:65532
EXPOSE 8443 8444
# The server refuses any environment variable: a base image's own, too.
ENTRYPOINT ["/usr/bin/env", "-i", "/usr/local/bin/node", "dist/server/main.js"]
