/** Every form of the credentials that could turn up in a destination's words: header values, what follows the scheme, decoded Basic credentials, and the Base64 of each, which a gateway's log line may show. */
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
  return [...secrets, ...[...secrets].map(toBase64)]
}

/** Without the last characters, which depend on what is encoded after it. */
function toBase64(secret: string): string {
  const whole = Buffer.from(secret).length - (Buffer.from(secret).length % 3)
  return Buffer.from(secret).subarray(0, whole).toString('base64')
}
