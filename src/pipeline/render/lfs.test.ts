import { expect, test } from 'vitest'
import { memoryTree } from './memory-tree.ts'
import { chartTree, request, type TestSource, testRenderer } from './testkit.ts'

const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n'

test.each<{ what: string; source: TestSource; file: string }>([
  { what: 'a manifest', source: { tree: memoryTree({ 'k/big.yaml': pointer }), path: 'k' }, file: 'k/big.yaml' },
  {
    what: 'a value file',
    source: { tree: chartTree({ 'big.yaml': pointer }), path: 'charts/web', helm: { valueFiles: ['big.yaml'] } },
    file: 'charts/web/big.yaml',
  },
  {
    what: 'a file of a kustomization',
    source: { tree: memoryTree({ 'k/kustomization.yaml': 'resources: [big.yaml]', 'k/big.yaml': pointer }), path: 'k' },
    file: 'k/big.yaml',
  },
])('$what that is a pointer of Git LFS is an error that says so', async ({ source, file }) => {
  await using renderer = await testRenderer()
  await expect(renderer.render(request(source))).rejects.toMatchObject({
    reason: 'ManifestInvalid',
    message: expect.stringMatching(new RegExp(`Cannot read ${file}(?::1)?: it is a pointer of Git LFS`)),
  })
})
