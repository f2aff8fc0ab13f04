/**
 * The message in the body of a Pub/Sub push: JSON around the message in Base64.
 *
 * @param {string} body
 */
export function messageOf(body) {
  return JSON.parse(Buffer.from(JSON.parse(body).message.data, 'base64').toString());
}
