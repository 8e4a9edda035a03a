import { signatureBytes } from './compute-signature.ts'

/** Signatures looked at in one webhook. Rotation needs two; more only cost time. */
export const maxSignatures = 16
const maxHeaderLength = 4096
const prefix = /^(?:sha256|v1)=/i
const hexShape = /^[0-9a-f]{64}$/i
const base64Shape = /^[\w+/-]{43}=?$/

/**
 * The signatures in the header's values, decoded. Subtotal documents neither their encoding nor a list of them, so hex (any case), base64
 * and base64url are read, with the prefix `sha256=` or `v1=` (`v1,`) or none, separated by commas or spaces. What is not a
 * signature of that form is left out, and so is all that comes after the first 4,096 characters or {@link maxSignatures}.
 */
export function readSignatures(headerValues: readonly string[]): Buffer[] {
  return headerValues
    .join(',')
    .slice(0, maxHeaderLength)
    .split(/[\s,]+/)
    .map(decode)
    .filter((signature) => signature !== undefined)
    .slice(0, maxSignatures)
}

function decode(token: string): Buffer | undefined {
  const text = token.replace(prefix, '')
  if (hexShape.test(text)) return Buffer.from(text, 'hex')
  if (!base64Shape.test(text)) return undefined
  const signature = Buffer.from(text, 'base64')
  return signature.length === signatureBytes && isCanonical(text, signature) ? signature : undefined
}

/** The last character of 43 holds two bits too many; they must be zero, or several texts would be one signature. */
function isCanonical(text: string, signature: Buffer): boolean {
  return text.replace('=', '').replaceAll('+', '-').replaceAll('/', '_') === signature.toString('base64url')
}
