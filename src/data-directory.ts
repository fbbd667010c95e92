/** The data directory: made if it is not there, readable by its owner only. Effect. */
import { mkdirSync } from 'node:fs'
import { HalcyonError, messageOf } from './api/errors.ts'

const sentences: Readonly<Record<string, string>> = {
  EEXIST: 'it is a file',
  ENOTDIR: 'a part of the path is a file',
  EACCES: 'no permission to make it',
  EPERM: 'no permission to make it',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
}

/** Throws HalcyonError ConfigInvalid. */
export function makeDataDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
    throw new HalcyonError(
      'ConfigInvalid',
      `Cannot use data directory ${path}: ${sentences[code] ?? messageOf(cause)}; give another one with --data`,
      { cause },
    )
  }
}
