// The eager part of TensorFlow's C API that the binding of tfjs-node 4.22 calls, declared anew (see ../c_api.h).
#pragma once
#include "tensorflow/c/c_api.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct TFE_Context TFE_Context;
typedef struct TFE_ContextOptions TFE_ContextOptions;
typedef struct TFE_Op TFE_Op;
typedef struct TFE_TensorHandle TFE_TensorHandle;

TFE_ContextOptions* TFE_NewContextOptions(void);
void TFE_DeleteContextOptions(TFE_ContextOptions*);
TFE_Context* TFE_NewContext(const TFE_ContextOptions*, TF_Status*);
void TFE_DeleteContext(TFE_Context*);
TF_DeviceList* TFE_ContextListDevices(TFE_Context*, TF_Status*);

TFE_TensorHandle* TFE_NewTensorHandle(const TF_Tensor*, TF_Status*);
void TFE_DeleteTensorHandle(TFE_TensorHandle*);
TF_DataType TFE_TensorHandleDataType(TFE_TensorHandle*);
int TFE_TensorHandleNumDims(TFE_TensorHandle*, TF_Status*);
int64_t TFE_TensorHandleDim(TFE_TensorHandle*, int index, TF_Status*);
TF_Tensor* TFE_TensorHandleResolve(TFE_TensorHandle*, TF_Status*);
TFE_TensorHandle* TFE_TensorHandleCopyToDevice(TFE_TensorHandle*, TFE_Context*, const char* device,
                                               TF_Status*);

TFE_Op* TFE_NewOp(TFE_Context*, const char* name, TF_Status*);
void TFE_DeleteOp(TFE_Op*);
void TFE_OpAddInput(TFE_Op*, TFE_TensorHandle*, TF_Status*);
void TFE_OpSetAttrString(TFE_Op*, const char* name, const void* value, size_t length);
void TFE_OpSetAttrInt(TFE_Op*, const char* name, int64_t value);
void TFE_OpSetAttrFloat(TFE_Op*, const char* name, float value);
void TFE_OpSetAttrBool(TFE_Op*, const char* name, unsigned char value);
void TFE_OpSetAttrType(TFE_Op*, const char* name, TF_DataType value);
void TFE_OpSetAttrShape(TFE_Op*, const char* name, const int64_t* dims, const int num_dims,
                        TF_Status*);
void TFE_OpSetAttrIntList(TFE_Op*, const char* name, const int64_t* values, int count);
void TFE_OpSetAttrFloatList(TFE_Op*, const char* name, const float* values, int count);
void TFE_OpSetAttrBoolList(TFE_Op*, const char* name, const unsigned char* values, int count);
void TFE_Execute(TFE_Op*, TFE_TensorHandle** outputs, int* num_outputs, TF_Status*);

#ifdef __cplusplus
}
#endif
