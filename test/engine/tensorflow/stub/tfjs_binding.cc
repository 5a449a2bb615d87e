// Stands for the binding of tfjs-node: calls the library once, to give its version.
#include <node_api.h>
#include "tensorflow/c/c_api.h"
#include "tensorflow/c/eager/c_api.h"
#include "tensorflow/core/platform/ctstring_internal.h"

static napi_value Init(napi_env env, napi_value exports) {
  napi_value version;
  napi_create_string_utf8(env, TF_Version(), NAPI_AUTO_LENGTH, &version);
  napi_set_named_property(env, exports, "TF_Version", version);
  return exports;
}

NAPI_MODULE(tfjs_binding, Init)
