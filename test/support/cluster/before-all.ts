/** Before all stories on a real cluster: finds or builds the programs, so that no story's time is spent on that. Effects: Go, stderr. */
import { findOrBuildBinaries } from './binaries.ts'
import { testKubeconfigVariable } from './real-cluster.ts'

export default async function beforeAll(): Promise<void> {
  const progress = (line: string) => process.stderr.write(`${line}\n`)
  const borrowed = process.env[testKubeconfigVariable]
  if (borrowed) progress(`stories run on the cluster of ${borrowed}`)
  else await findOrBuildBinaries({ progress })
}
