# The server in an image with git and ssh, and nothing else that it needs.
#
#   docker build --build-arg VERSION="$(git describe --tags --always)" -t greenroom .
#   docker run -p 127.0.0.1:8080:8080 -v greenroom:/data greenroom
#   docker exec CONTAINER greenroom client create --project my-project
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=unknown
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags "-s -w -X main.stamped=$VERSION" -o /greenroom ./cmd/greenroom

FROM debian:bookworm-slim
# curl asks for the health; a fixed number for the user lets others name it, such as
# runAsUser and the owner of a mounted folder.
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates curl git openssh-client \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --user-group --home-dir /data --create-home greenroom
COPY --from=build /greenroom /usr/local/bin/greenroom
# Variables, not arguments: they hold for whatever command is run, also by docker
# exec, and any flag beats them. The admin listener is for the health alone as long as
# nobody else reaches it.
ENV GREENROOM_DATA=/data \
    GREENROOM_LISTEN=0.0.0.0:8080 \
    GREENROOM_ADMIN_LISTEN=127.0.0.1:9090
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
  CMD ["curl", "--fail", "--silent", "--output", "/dev/null", "http://127.0.0.1:9090/healthz"]
ENTRYPOINT ["greenroom"]
CMD ["serve"]
