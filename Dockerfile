# One image for every process of the platform and of its sandbox: docker-compose.yml says which of them a container runs.
ARG NODE_VERSION=20

FROM node:${NODE_VERSION}-bookworm-slim AS build
WORKDIR /tributary
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
# The same build as of `npm start`: dist/ with the same folders, and the workflows' bundle.
RUN node stack/prepare.mjs
RUN npm prune --omit=dev

FROM node:${NODE_VERSION}-bookworm-slim
# The Temporal client trusts the system's certificates; the slim image has none.
RUN apt-get update && apt-get install --yes --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*
WORKDIR /tributary
ENV NODE_ENV=production TZ=UTC
COPY --from=build /tributary/package.json ./
COPY --from=build /tributary/node_modules ./node_modules
COPY --from=build /tributary/dist ./dist
# A new volume takes over the owner of the folder on which it is mounted.
RUN mkdir /keys && chown node:node /keys
USER node
CMD ["node", "--enable-source-maps", "dist/stack/web.js"]
