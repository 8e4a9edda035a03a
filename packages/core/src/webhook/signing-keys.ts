const prefix = 'whsec_'
const base64Shape = /^[\w+/-]+={0,2}$/

/** A key for an HMAC. Node takes text faster than bytes: of bytes it finds out first, at some cost, that they are no `KeyObject`. */
export interface SigningKey {
  readonly text: string
  /** How the text stands for the key's bytes. */
  readonly encoding: 'utf8' | 'base64'
}

/**
 * The key inside a secret of the form `whsec_<base64>`; `undefined` for a secret of another form. Subtotal does not document the
 * form of its secrets; this one is the Standard Webhooks convention.
 *
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function decodedKey(secret: string): SigningKey | undefined {
  if (!secret.startsWith(prefix)) return undefined
  const remainder = secret.slice(prefix.length)
  return base64Shape.test(remainder) ? { text: remainder, encoding: 'base64' } : undefined
}

/** The key that a secret's UTF-8 bytes are. */
export function textKey(secret: string): SigningKey {
  return { text: secret, encoding: 'utf8' }
}

/** The keys that a secret may stand for: its UTF-8 bytes and, for `whsec_<base64>`, the decoded remainder. */
export function signingKeys(secret: string): SigningKey[] {
  const decoded = decodedKey(secret)
  const text = textKey(secret)
  return decoded === undefined ? [text] : [text, decoded]
}
