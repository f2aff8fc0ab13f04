/** Acknowledges a message once it has been read to its end. */
export function acknowledge(request, response) {
  request.resume().on('end', () => response.writeHead(204).end());
}
