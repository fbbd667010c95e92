/** A process of its own that takes one file out of an archive: `<archive> <name> <target>`; prints the sha256. Effects: writes the target. */
import { open } from 'node:fs/promises'
import { extractEntry, zipEntries } from './zip.ts'

const [archive = '', name = '', target = ''] = process.argv.slice(2)
const handle = await open(archive)
const entry = await zipEntries(handle)
  .then((entries) => entries.find((candidate) => candidate.name === name))
  .finally(() => handle.close())
if (entry === undefined) throw new Error(`${archive} holds no ${name}`)
process.stdout.write(await extractEntry(archive, entry, target, 0o755))
