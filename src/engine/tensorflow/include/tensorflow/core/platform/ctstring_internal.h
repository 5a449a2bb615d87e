// The string of a TensorFlow tensor: 24 bytes, whose lowest two bits say how the text is kept. As much of it as the
// binding of tfjs-node 4.22 uses.
#pragma once
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { TF_TSTRING_SMALL = 0, TF_TSTRING_LARGE = 1, TF_TSTRING_OFFSET = 2, TF_TSTRING_VIEW = 3 };

typedef struct TF_TString {
  union {
    struct {
      uint8_t size;  // shifted left by 2
      char text[23];
    } small;
    struct {
      size_t size;  // shifted left by 2, as below
      size_t capacity;
      char* text;
    } large;
    struct {
      uint32_t size;
      uint32_t offset;  // from the start of this struct
      uint32_t count;
    } offset;
    struct {
      size_t size;
      const char* text;
    } view;
    uint8_t raw[24];
  } u;
} TF_TString;

static inline int TF_TString_Kind(const TF_TString* s) { return s->u.raw[0] & 3; }

static inline void TF_TString_Init(TF_TString* s) { memset(s->u.raw, 0, sizeof(s->u.raw)); }

static inline void TF_TString_Dealloc(TF_TString* s) {
  if (TF_TString_Kind(s) != TF_TSTRING_LARGE || s->u.large.text == NULL) return;
  free(s->u.large.text);
  TF_TString_Init(s);
}

static inline size_t TF_TString_GetSize(const TF_TString* s) {
  switch (TF_TString_Kind(s)) {
    case TF_TSTRING_SMALL:
      return s->u.small.size >> 2;
    case TF_TSTRING_LARGE:
      return s->u.large.size >> 2;
    case TF_TSTRING_OFFSET:
      return s->u.offset.size >> 2;
    default:
      return s->u.view.size >> 2;
  }
}

static inline const char* TF_TString_GetDataPointer(const TF_TString* s) {
  switch (TF_TString_Kind(s)) {
    case TF_TSTRING_SMALL:
      return s->u.small.text;
    case TF_TSTRING_LARGE:
      return s->u.large.text;
    case TF_TSTRING_OFFSET:
      return (const char*)s + s->u.offset.offset;
    default:
      return s->u.view.text;
  }
}

static inline void TF_TString_Copy(TF_TString* s, const char* text, size_t size) {
  TF_TString_Dealloc(s);
  if (size < sizeof(s->u.small.text)) {
    s->u.small.size = (uint8_t)(size << 2);
    memcpy(s->u.small.text, text, size);
    s->u.small.text[size] = 0;
    return;
  }
  s->u.large.capacity = ((size + 1 + 15) & ~(size_t)15) - 1;
  s->u.large.text = (char*)malloc(s->u.large.capacity + 1);
  memcpy(s->u.large.text, text, size);
  s->u.large.text[size] = 0;
  s->u.large.size = (size << 2) | TF_TSTRING_LARGE;
}
