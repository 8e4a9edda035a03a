/** What is to be read was sealed with a key that is not there. */
export class MissingKeyError extends Error {
  override readonly name: string = 'MissingKeyError'
  readonly keyId: string

  constructor(keyId: string) {
    super(`The encryption key ${keyId} is not there.`)
    this.keyId = keyId
  }
}
