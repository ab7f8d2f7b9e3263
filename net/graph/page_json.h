#pragma once

#include <string>
#include <string_view>

#include "net/json/json_view.h"
#include "sync/base/result.h"

namespace belfry::net {

/// One answer of a list: `{value: […], @odata.nextLink?, @odata.deltaLink?}`. Its view looks into
/// the bytes given.
struct JsonPage {
  JsonView value;
  std::string next_link;
  std::string delta_link;
};

/// Errors: refused, when the bytes are no JSON or `value` is no array.
[[nodiscard]] Result<JsonPage> page_from_json(std::string_view bytes);

}  // namespace belfry::net
