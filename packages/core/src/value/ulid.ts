const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const ulidShape = /^[0-9A-HJKMNP-TV-Z]{26}$/i
const timeLength = 10
const randomLength = 16

/** The last time that a ULID has room for, in milliseconds since 1970. */
export const lastUlidTime: number = 2 ** 48 - 1

/** Whether the text has the form of a ULID. Source: https://github.com/ulid/spec. */
export function isUlid(text: string): boolean {
  return ulidShape.test(text)
}

/** The time in a ULID, in milliseconds since 1970; `undefined` when the text is none. */
export function ulidTime(text: string): number | undefined {
  if (!isUlid(text)) return undefined
  let time = 0
  for (const character of text.slice(0, timeLength).toUpperCase()) time = time * alphabet.length + alphabet.indexOf(character)
  // A first character above 7 has the right form and no time.
  return time <= lastUlidTime ? time : undefined
}

/** A ULID of a time in whole milliseconds since 1970, at most {@link lastUlidTime}, its random part made of the first 16 bytes. */
export function toUlid(time: number, bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes.subarray(0, randomLength)) text = alphabet.charAt(byte >> 3) + text
  for (let rest = time; text.length < randomLength + timeLength; rest = Math.floor(rest / alphabet.length)) {
    text = alphabet.charAt(rest % alphabet.length) + text
  }
  return text
}
