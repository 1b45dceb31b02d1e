// The local services in a process of their own, which tells where they are, until it is disconnected.
import { openServices } from '../services.ts';

const services = await openServices();
process.once('disconnect', () => void services.close());
process.send?.({ endpoint: services.endpoint, queueUrl: services.queueUrl });
