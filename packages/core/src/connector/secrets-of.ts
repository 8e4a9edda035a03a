/** Every form of the credentials that could turn up in a destination's words: header values, what follows the scheme, and decoded Basic credentials. */
export function secretsOf(credentials: Readonly<Record<string, string>>): string[] {
  const secrets = new Set<string>()
  for (const value of Object.values(credentials)) {
    secrets.add(value)
    const token = value.slice(value.indexOf(' ') + 1)
    secrets.add(token)
    if (/^basic /i.test(value)) {
      for (const part of Buffer.from(token, 'base64').toString('utf8').split(':')) secrets.add(part)
    }
  }
  secrets.delete('')
  return [...secrets]
}
