import { statSync } from 'node:fs'

/** The store's file is no longer where it was: what is written now would be gone with this process. */
class StoreMovedError extends Error {
  override readonly name: string = 'StoreMovedError'
}

/**
 * Remembers the files behind an open store. The returned check throws a {@link StoreMovedError} once one of them was deleted, moved or
 * replaced: SQLite would go on writing to the file that nobody can open again. Costs two `stat` calls.
 */
export function fileGuard(path: string): () => void {
  const files = [path, `${path}-wal`].flatMap((file) => {
    const inode = inodeOf(file)
    return inode === undefined ? [] : { file, inode }
  })
  return () => {
    for (const { file, inode } of files) {
      if (inodeOf(file) !== inode) throw new StoreMovedError('The file of the store was deleted, moved or replaced.')
    }
  }
}

function inodeOf(file: string): bigint | undefined {
  return statSync(file, { bigint: true, throwIfNoEntry: false })?.ino
}
