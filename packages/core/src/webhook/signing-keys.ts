const prefix = 'whsec_'
const base64Shape = /^[\w+/-]+={0,2}$/

/**
 * The key inside a secret of the form `whsec_<base64>`; `undefined` for a secret of another form. Subtotal does not document the
 * form of its secrets; this one is the Standard Webhooks convention.
 *
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function decodedKey(secret: string): Buffer | undefined {
  if (!secret.startsWith(prefix)) return undefined
  const remainder = secret.slice(prefix.length)
  return base64Shape.test(remainder) ? Buffer.from(remainder, 'base64') : undefined
}

/** The keys that a secret may stand for: its UTF-8 bytes and, for `whsec_<base64>`, the decoded remainder. */
export function signingKeys(secret: string): Buffer[] {
  const decoded = decodedKey(secret)
  const text = Buffer.from(secret, 'utf8')
  return decoded === undefined ? [text] : [text, decoded]
}
