// Included by the binding under this name; everything is in c_api.h.
#pragma once
#include "tensorflow/c/c_api.h"
