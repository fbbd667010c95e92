/** Git by every way it comes: over SSH in both spellings, and by file URL; smart HTTP is what the other stories use. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createRepository } from '../support/git-server.ts'
import { runHalcyon, startHalcyon, untilApi } from '../support/halcyon-process.ts'
import { configMap } from '../support/manifests.ts'
import { startSshServer } from '../support/ssh-server.ts'
import { type Cluster, startCluster, temporaryDirectory } from '../support/start-system.ts'

// Without an ssh on the machine git cannot speak it either; the server brings its own.
const ssh = test.skipIf(spawnSync('ssh', ['-V']).error !== undefined)

async function valueIn(cluster: Cluster): Promise<string | undefined> {
  const found = await cluster.get({ group: '', kind: 'ConfigMap' }, 'default', 'a')
  return (found?.['data'] as { value?: string } | undefined)?.value
}

const spellings = [{ url: 'ssh://git@git.test/fleet.git' }, { url: 'git@git.test:fleet.git' }, { url: 'file' }]

ssh.for(spellings)('$url: first sync, and a change that polling finds', async ({ url }) => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  const repository = await createRepository(directory.path, 'fleet', { 'k8s/a.yaml': configMap('a', 'one') })
  await using server = await startSshServer(directory.path, directory.path)
  const data = join(directory.path, 'data')
  const repo = url === 'file' ? repository.url : url
  const args = ['--repo', repo, '--path', 'k8s', '--kubeconfig', cluster.kubeconfig, '--data', data, '--poll', '1s']
  await using process = startHalcyon(['up', ...args], { env: { GIT_CONFIG_GLOBAL: server.gitConfig } })
  const synced = (value: string) => untilApi(data, value, async () => (await valueIn(cluster)) === value)
  await synced('one')
  await repository.commit({ 'k8s/a.yaml': configMap('a', 'two') })
  await synced('two')
  process.stop()
  expect((await process.finished).code).toBe(0)
  expect(server.commands.length > 0).toBe(url !== 'file')
})

ssh(
  'a key that the server does not know, and a server that is another, are refused in one line without a prompt',
  async () => {
    using directory = temporaryDirectory()
    await using cluster = await startCluster(directory.path)
    await createRepository(directory.path, 'fleet', { 'k8s/a.yaml': configMap('a', 'one') })
    await using server = await startSshServer(directory.path, directory.path)
    const up = async (name: string, gitConfig: string) => {
      const data = ['--data', join(directory.path, name)]
      const args = [
        'up',
        '--repo',
        'git@git.test:fleet.git',
        '--kubeconfig',
        cluster.kubeconfig,
        '--once',
        '-o',
        'json',
      ]
      const { stdout } = await runHalcyon([...args, ...data], { env: { GIT_CONFIG_GLOBAL: gitConfig } })
      return JSON.parse(stdout).applications[0]
    }
    expect(await up('one', server.strangerConfig)).toMatchObject({
      reason: 'RepositoryAccessDenied',
      message: expect.stringMatching(/^Cannot fetch git@git\.test:fleet\.git: .*Permission denied \(publickey\)\.?$/),
    })
    expect(await up('two', server.impostorConfig)).toMatchObject({
      reason: 'RepositoryUnavailable',
      message: expect.stringMatching(/^Cannot fetch git@git\.test:fleet\.git: .*Host key verification failed\.?$/),
    })
    expect(server.commands).toEqual([])
  },
)
