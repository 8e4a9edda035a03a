/** The id in a path, for a look-up. What is no number belongs to nothing: no record has the id 0. */
export function toIdNumber(id: string): string {
  return /^\d{1,15}$/.test(id) ? id : '0'
}
