import { normalize } from './identity.ts'
import type { Person } from './person.ts'

/** Text in which values stand inside other text is searched for values of this length and more. */
const leastLength = 6
const deepest = 32

/**
 * Whether a body that was not understood mentions the person: a value in it is one of their identifiers, whatever its name. Without
 * structure its text is searched. It rather finds too much: nothing else says whose such a body is.
 */
export function mentionsPerson(body: Uint8Array, person: Person): boolean {
  const text = new TextDecoder().decode(body)
  const values = tryJson(text)
  return values === undefined ? isInText(text, person) : isInValue(values, person, 0)
}

function isInValue(value: unknown, person: Person, depth: number): boolean {
  if (depth > deepest) return isInText(JSON.stringify(value), person)
  if (typeof value === 'string') return isValue(value, person) || isInText(value, person) || isInNested(value, person, depth)
  if (typeof value === 'number') return isValue(String(value), person)
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).some(([name, inner]) => isValue(name, person) || isInValue(inner, person, depth + 1))
}

/** A payload may be JSON in a string. */
function isInNested(text: string, person: Person, depth: number): boolean {
  const nested = /^\s*[[{]/.test(text) ? tryJson(text) : undefined
  return nested !== undefined && isInValue(nested, person, depth + 1)
}

function isValue(value: string, { customers, emails, mobiles, connections }: Person): boolean {
  if (customers.has(value) || connections.has(value)) return true
  return emails.has(normalize('email', value)) || mobiles.has(normalize('mobile', value))
}

function isInText(text: string, { customers, emails, mobiles, connections }: Person): boolean {
  const folded = text.toLowerCase()
  const tokens = [...customers, ...emails, ...mobiles, ...connections].filter((token) => token.length >= leastLength)
  return tokens.some((token) => standsIn(folded, token.toLowerCase()))
}

/** Not as a part of a longer word or number. */
function standsIn(text: string, token: string): boolean {
  for (let at = text.indexOf(token); at !== -1; at = text.indexOf(token, at + 1)) {
    if (!isWord(text[at - 1]) && !isWord(text[at + token.length])) return true
  }
  return false
}

function isWord(character: string | undefined): boolean {
  return character !== undefined && /[\p{L}\p{N}]/u.test(character)
}

function tryJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}
