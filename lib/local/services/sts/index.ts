// STS: who the caller is. Every caller is the engine's one account.
import { callFrom } from '../../operation-table.ts';
import type { EngineContext, Service } from '../../service.ts';

/** STS with GetCallerIdentity. */
export const stsService = ({ account }: EngineContext): Service => ({
  id: 'sts',
  call: callFrom('sts', {
    GetCallerIdentity: () => ({ UserId: account, Account: account, Arn: `arn:aws:iam::${account}:root` }),
  }),
});
