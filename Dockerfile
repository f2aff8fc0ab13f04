# The server in an image with git and nothing else that it needs.
#
#   docker build -t greenroom .
#   docker run -p 8080:8080 -v greenroom:/data greenroom
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o /greenroom ./cmd/greenroom

FROM debian:bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates git openssh-client \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --home-dir /data --create-home greenroom
COPY --from=build /greenroom /usr/local/bin/greenroom
USER greenroom
VOLUME /data
EXPOSE 8080
ENTRYPOINT ["greenroom"]
CMD ["serve", "--listen=0.0.0.0:8080", "--data=/data"]
