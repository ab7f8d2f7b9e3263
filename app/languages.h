#pragma once

#include <string>

#include "sync/base/result.h"
#include "sync/render/phrases.h"

namespace belfry::app {

/// Belfry's own languages, amended by the files of the administrator's folder, `nl.txt` or
/// `pt-BR.txt`; an empty name: no folder. Errors: refused; the text names the folder, or each fault
/// with its file, line and reason, one a line.
[[nodiscard]] Result<render::Catalogue> load_languages(const std::string& folder);

}  // namespace belfry::app
