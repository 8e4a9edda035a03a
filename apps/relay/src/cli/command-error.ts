/** An expected failure of a command. Its message is the sentence a person reads; the command ends with exit code 1. */
export class CommandError extends Error {
  override readonly name: string = 'CommandError'
}
