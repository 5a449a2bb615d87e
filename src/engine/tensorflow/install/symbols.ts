// Checks that a library has every function that the binding of tfjs-node calls.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { InstallError } from './install-error.ts';

export const SYMBOLS: readonly string[] = [
  'TFE_ContextListDevices',
  'TFE_DeleteContext',
  'TFE_DeleteContextOptions',
  'TFE_DeleteOp',
  'TFE_DeleteTensorHandle',
  'TFE_Execute',
  'TFE_NewContext',
  'TFE_NewContextOptions',
  'TFE_NewOp',
  'TFE_NewTensorHandle',
  'TFE_OpAddInput',
  'TFE_OpSetAttrBool',
  'TFE_OpSetAttrBoolList',
  'TFE_OpSetAttrFloat',
  'TFE_OpSetAttrFloatList',
  'TFE_OpSetAttrInt',
  'TFE_OpSetAttrIntList',
  'TFE_OpSetAttrShape',
  'TFE_OpSetAttrString',
  'TFE_OpSetAttrType',
  'TFE_TensorHandleCopyToDevice',
  'TFE_TensorHandleDataType',
  'TFE_TensorHandleDim',
  'TFE_TensorHandleNumDims',
  'TFE_TensorHandleResolve',
  'TF_AllocateTensor',
  'TF_DataTypeSize',
  'TF_DeleteBuffer',
  'TF_DeleteDeviceList',
  'TF_DeleteGraph',
  'TF_DeleteSession',
  'TF_DeleteSessionOptions',
  'TF_DeleteStatus',
  'TF_DeleteTensor',
  'TF_DeviceListCount',
  'TF_DeviceListName',
  'TF_DeviceListType',
  'TF_Dim',
  'TF_GetCode',
  'TF_GraphOperationByName',
  'TF_LoadSessionFromSavedModel',
  'TF_Message',
  'TF_NewBuffer',
  'TF_NewBufferFromString',
  'TF_NewGraph',
  'TF_NewSessionOptions',
  'TF_NewStatus',
  'TF_NewTensor',
  'TF_NumDims',
  'TF_SessionRun',
  'TF_TensorByteSize',
  'TF_TensorData',
  'TF_TensorElementCount',
  'TF_TensorType',
  'TF_Version',
];

/** @param libraries files, each of which may have some. @throws InstallError that names what is missing */
export async function checkSymbols(libraries: readonly string[]): Promise<void> {
  const missing = new Set(SYMBOLS);
  for (const library of libraries) {
    for await (const symbol of definedIn(library)) missing.delete(symbol);
  }
  if (missing.size === 0) return;
  const some = [...missing].slice(0, 3).join(', ');
  throw new InstallError(
    `${libraries.join(' and ')} lack ${missing.size} of the ${SYMBOLS.length} functions that tfjs-node calls (${some}${missing.size > 3 ? ', …' : ''}): use another version`,
  );
}

/** Line by line: such a library exports hundreds of thousands of names. */
async function* definedIn(library: string): AsyncGenerator<string> {
  const nm = spawn('nm', ['-D', '--defined-only', library], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const started = once(nm, 'spawn').catch((cause: unknown) => {
    throw new InstallError('there is no program nm: it comes with the compiler (binutils)', {
      cause,
    });
  });
  const ended = once(nm, 'close');
  await started;
  for await (const line of createInterface({ input: nm.stdout })) {
    const name = line.slice(line.lastIndexOf(' ') + 1);
    yield name.split('@')[0]!;
  }
  const [code] = (await ended) as [number | null];
  if (code !== 0)
    throw new InstallError(`nm cannot read ${library}: it is damaged or for another system`);
}
