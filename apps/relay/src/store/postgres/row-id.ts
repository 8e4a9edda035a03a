/** The number that an id from outside stands for; `null`, which no row has: it stands for none. */
export function rowId(id: string): number | null {
  return /^\d{1,15}$/.test(id) ? Number(id) : null
}
